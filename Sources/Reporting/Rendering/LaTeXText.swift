import Core
import Foundation

/// Escapes text for LaTeX so that every engine can set it, including pdfTeX with its oldest font
/// encoding (OT1), without further packages. The output is ASCII.
///
/// Letters with accents become commands; Greek letters and signs become mathematics. A character
/// that these fonts do not have is printed as its number, "[U+4E2D]".
enum LaTeXText {
  /// The escaped text, on one line.
  static func escaped(_ text: String) -> String {
    // Canonical decomposition puts an accent after its letter.
    let scalars = Array(text.displayable.decomposedStringWithCanonicalMapping.unicodeScalars)
    var result = ""
    var index = 0
    while index < scalars.count {
      var letter = form(of: scalars[index], after: index > 0 ? scalars[index - 1] : nil)
      index += 1
      while index < scalars.count, let accent = accents[scalars[index]] {
        // An accent above i or j replaces the dot.
        let base = letter == "i" ? "\\i" : letter == "j" ? "\\j" : letter
        letter = "\(accent){\(base)}"
        index += 1
      }
      result += letter
    }
    return result
  }

  /// The LaTeX form of a character.
  /// - Parameter before: the preceding character, if the fonts would join the two: "--" becomes a
  ///   dash, "!`" an inverted exclamation mark.
  private static func form(of scalar: Unicode.Scalar, after before: Unicode.Scalar?) -> String {
    let joins =
      switch scalar {
      case "-": before == "-"
      case "'": before == "'"
      case "`": before == "`" || before == "!" || before == "?"
      default: false
      }
    if joins { return "{}\(scalar)" }
    if let known = signs[scalar] { return known }
    if (0x20...0x7E).contains(scalar.value) { return String(scalar) }
    if let name = greek[scalar] { return name.count == 1 ? "$\\mathrm{\(name)}$" : "$\\\(name)$" }
    // Ligatures, full-width letters and circled numbers have a plain form.
    let plain = String(scalar).decomposedStringWithCompatibilityMapping
    if plain.unicodeScalars.allSatisfy({ (0x20...0x7E).contains($0.value) }) {
      return plain.unicodeScalars.map { signs[$0] ?? String($0) }.joined()
    }
    let number = String(scalar.value, radix: 16, uppercase: true)
    return "{[}U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number + "]"
  }

  /// Combining characters and the accents of OT1.
  private static let accents: [Unicode.Scalar: String] = [
    "\u{300}": "\\`", "\u{301}": "\\'", "\u{302}": "\\^", "\u{303}": "\\~", "\u{304}": "\\=",
    "\u{306}": "\\u", "\u{307}": "\\.", "\u{308}": "\\\"", "\u{30A}": "\\r", "\u{30B}": "\\H",
    "\u{30C}": "\\v", "\u{323}": "\\d", "\u{327}": "\\c", "\u{331}": "\\b",
  ]

  /// Characters with a form of their own. "[" and "*" are protected, because at the start of a row
  /// they would be read as an argument of the line break before it.
  private static let signs: [Unicode.Scalar: String] = [
    "[": "{[}", "*": "{*}",
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#",
    "_": "\\_", "%": "\\%", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}",
    "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}", "\"": "{''}",
    "\u{A0}": "~", "\u{FFFD}": "?", "–": "--", "—": "---", "‐": "-", "‑": "-", "…": "\\ldots{}",
    "‘": "`", "’": "'", "‚": ",", "“": "{``}", "”": "{''}", "„": ",,", "′": "$'$",
    "«": "$\\ll$", "»": "$\\gg$", "¡": "!`", "¿": "?`", "•": "$\\bullet$", "·": "$\\cdot$",
    "†": "\\dag{}", "‡": "\\ddag{}", "§": "\\S{}", "¶": "\\P{}", "©": "\\copyright{}",
    "£": "\\pounds{}",
    "±": "$\\pm$", "∓": "$\\mp$", "−": "$-$", "×": "$\\times$", "÷": "$\\div$", "∗": "$\\ast$",
    "≤": "$\\leq$", "≥": "$\\geq$", "≠": "$\\neq$", "≈": "$\\approx$", "∼": "$\\sim$",
    "≡": "$\\equiv$",
    "→": "$\\rightarrow$", "←": "$\\leftarrow$", "↔": "$\\leftrightarrow$", "↑": "$\\uparrow$",
    "↓": "$\\downarrow$", "⇒": "$\\Rightarrow$", "∞": "$\\infty$", "√": "$\\surd$", "∑": "$\\sum$",
    "∏": "$\\prod$", "∂": "$\\partial$", "∇": "$\\nabla$", "∈": "$\\in$", "∅": "$\\emptyset$",
    "∪": "$\\cup$", "∩": "$\\cap$", "⊂": "$\\subset$", "⊕": "$\\oplus$", "⊗": "$\\otimes$",
    "‖": "$\\Vert$", "°": "$^{\\circ}$", "µ": "$\\mu$", "¬": "$\\neg$", "ℓ": "$\\ell$",
    "ß": "\\ss{}", "æ": "\\ae{}", "Æ": "\\AE{}", "œ": "\\oe{}", "Œ": "\\OE{}", "ø": "\\o{}",
    "Ø": "\\O{}",
    "ł": "\\l{}", "Ł": "\\L{}", "ı": "\\i{}", "ȷ": "\\j{}",
    "⁰": "$^{0}$", "¹": "$^{1}$", "²": "$^{2}$", "³": "$^{3}$", "⁴": "$^{4}$", "⁵": "$^{5}$",
    "⁶": "$^{6}$", "⁷": "$^{7}$", "⁸": "$^{8}$", "⁹": "$^{9}$", "⁻": "$^{-}$", "⁺": "$^{+}$",
    "₀": "$_{0}$", "₁": "$_{1}$", "₂": "$_{2}$", "₃": "$_{3}$", "₄": "$_{4}$", "₅": "$_{5}$",
    "₆": "$_{6}$", "₇": "$_{7}$", "₈": "$_{8}$", "₉": "$_{9}$",
  ]

  /// The command, or the Latin letter of the same shape.
  private static let greek: [Unicode.Scalar: String] = [
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa",
    "λ": "lambda",
    "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "o", "π": "pi", "ϖ": "varpi", "ρ": "rho", "ϱ": "varrho",
    "σ": "sigma", "ς": "varsigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi",
    "χ": "chi",
    "ψ": "psi", "ω": "omega",
    "Α": "A", "Β": "B", "Γ": "Gamma", "Δ": "Delta", "Ε": "E", "Ζ": "Z", "Η": "H", "Θ": "Theta",
    "Ι": "I", "Κ": "K", "Λ": "Lambda", "Μ": "M", "Ν": "N", "Ξ": "Xi", "Ο": "O", "Π": "Pi", "Ρ": "P",
    "Σ": "Sigma", "Τ": "T", "Υ": "Upsilon", "Φ": "Phi", "Χ": "X", "Ψ": "Psi", "Ω": "Omega",
  ]
}
