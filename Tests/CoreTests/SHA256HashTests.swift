import Core
import Testing

@Suite struct SHA256HashTests {
  /// FIPS 180-2, appendix B, and the digest of nothing.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `SHA-256 gives the standard's known answers`(text: String, expected: String) {
    var hash = SHA256Hash()
    hash.update(text)
    #expect(hash.hexadecimal == expected)
  }

  @Test func `A text in pieces has the digest of the whole`() {
    var whole = SHA256Hash()
    whole.update("semantic contrastive learning")
    var pieces = SHA256Hash()
    pieces.update("semantic ")
    pieces.update(Array("contrastive".utf8))
    pieces.update(" learning")
    #expect(pieces.hexadecimal == whole.hexadecimal)
  }
}
