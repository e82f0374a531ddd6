import Core
import Foundation

/// Text for LaTeX as any engine sets it, pdfTeX with its oldest font encoding (OT1) too, with no package but
/// those that the fragment names: ASCII alone comes out.
///
/// Letters with accents become commands, Greek letters and signs mathematics. A character that these fonts
/// have no form of is named by its number, as "[U+4E2D]" in print.
enum LaTeXText {
  static func escaped(_ text: String) -> String {
    // Canonically decomposed, an accent follows its letter.
    let scalars = Array(text.displayable.decomposedStringWithCanonicalMapping.unicodeScalars)
    var result = ""
    var index = 0
    while index < scalars.count {
      var letter = form(of: scalars[index], after: index > 0 ? scalars[index - 1] : nil)
      index += 1
      while index < scalars.count, let accent = accents[scalars[index]] {
        // The dots of i and j make room for what stands above.
        let base = letter == "i" ? "\\i" : letter == "j" ? "\\j" : letter
        letter = "\(accent){\(base)}"
        index += 1
      }
      result += letter
    }
    return result
  }

  /// - Parameter before: the character in front, with which fonts would join this one: "--" to a dash, "!`"
  ///   to an inverted mark.
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
    // A ligature, a full-width letter, a number in a circle: as plain letters, where it has such.
    let plain = String(scalar).decomposedStringWithCompatibilityMapping
    if plain.unicodeScalars.allSatisfy({ (0x20...0x7E).contains($0.value) }) {
      return plain.unicodeScalars.map { signs[$0] ?? String($0) }.joined()
    }
    let number = String(scalar.value, radix: 16, uppercase: true)
    return "{[}U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number + "]"
  }

  /// Combining characters, as accents that OT1 has.
  private static let accents: [Unicode.Scalar: String] = [
    "\u{300}": "\\`", "\u{301}": "\\'", "\u{302}": "\\^", "\u{303}": "\\~", "\u{304}": "\\=",
    "\u{306}": "\\u", "\u{307}": "\\.", "\u{308}": "\\\"", "\u{30A}": "\\r", "\u{30B}": "\\H",
    "\u{30C}": "\\v", "\u{323}": "\\d", "\u{327}": "\\c", "\u{331}": "\\b",
  ]

  /// Signs with forms of their own. A row that begins with "[" or "*" would be taken for an argument of the
  /// line break in front of it.
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

  /// The command, or the Latin letter where that has the same form.
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
