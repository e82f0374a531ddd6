import Core
import Testing

@Suite struct DisplayableTextTests {
  @Test(arguments: [
    ("plain text, 100 %", "plain text, 100 %"),
    ("a\u{1B}]0;owned\u{7}b", "a\u{FFFD}]0;owned\u{FFFD}b"),
    // CSI as one character of C1, DEL, NUL, backspace.
    ("\u{9B}31m\u{7F}\0\u{8}", "\u{FFFD}31m\u{FFFD}\u{FFFD}\u{FFFD}"),
    // Overrides and isolates of direction, a byte order mark, a tag character, a noncharacter.
    ("a\u{202E}b\u{2066}\u{FEFF}\u{E0041}\u{FFFE}", "a\u{FFFD}b\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("two\r\nlines\tand\u{2028}more", "two  lines and more"),
    ("Größe β−1 犬 می‌خواهم 👩‍👧", "Größe β−1 犬 می‌خواهم 👩‍👧"),
  ])
  func `What commands a terminal or hides is replaced, and nothing else`(
    _ text: String, _ expected: String
  ) {
    #expect(text.displayable == expected)
  }

  @Test func `A text of several lines keeps them`() {
    #expect("a\tb\nc\r\u{1B}[2J".displayableLines == "a\tb\nc \u{FFFD}[2J")
  }

  @Test func `JSON keeps its values, with escapes for what is harmful`() {
    #expect(#"{"a":"b"#.displayableJSON == #"{"a":"b"#)
    #expect(
      "[\"\u{9B}31m\u{202E}\u{E0041}é\"]".displayableJSON == #"["\u009b31m\u202e\udb40\udc41é"]"#)
  }
}
