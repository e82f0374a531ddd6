import Core
import Testing

@Suite struct MD5HashTests {
  // RFC 1321, appendix A.5.
  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"),
    ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
  ])
  func `Digests are those of RFC 1321`(text: String, digest: String) {
    var hash = MD5Hash()
    for byte in text.utf8 { hash.update([byte]) }
    #expect(hash.hexadecimal == digest)
  }
}
