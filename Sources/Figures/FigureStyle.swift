/// The style sheet of all figures, with colours for light and dark.
///
/// The eight colours of series are Okabe and Ito's, which readers with colour vision deficiencies tell apart
/// ("Color Universal Design", 2008), darkened or lightened where they would not stand out from the background.
package enum FigureStyle {
  /// The number of colours of series; further series begin again.
  package static let colours = 8

  /// The class of the series at a place: "s0".
  static func series(_ index: Int) -> String { "s\(index % colours)" }

  /// Rules for `svg.figure` and what is in it, and the variables that they use.
  package static let sheet: Markup = .trusted(
    """
    :root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --faint: #59636e; --line: #d1d9e0;
      --s0: #0072b2; --s1: #c25400; --s2: #00805d; --s3: #b0578c; --s4: #8a6d00; --s5: #2b83ba; --s6: #5e4fa2;
      --s7: #6b6b6b; --heat: #005ca0; --heatink: #ffffff;
      --good: #b4e7c1; --goodink: #10421f; --bad: #ffcfa8; --badink: #6b2600; --open: #cfdcf5; --openink: #1d3461;
      --none: #e8ebef; --noneink: #59636e; }
    @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e6e9ec; --faint: #9aa4af;
      --line: #3a4149; --s0: #56b4e9; --s1: #ff9f4a; --s2: #35c99a; --s3: #e79ac6; --s4: #e6c34a; --s5: #8fd0ff;
      --s6: #b3a5ff; --s7: #b5b5b5; --heat: #56b4e9; --heatink: #06121c;
      --good: #1c4a2b; --goodink: #b4f0c4; --bad: #5c2f0c; --badink: #ffd2ab; --open: #233a63; --openink: #cfdcf5;
      --none: #262c33; --noneink: #9aa4af; } }
    svg.figure { font: 11px system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
    .figure .paper { fill: var(--paper); }
    .figure text { fill: var(--ink); font-variant-numeric: tabular-nums; }
    .figure .name { font-weight: 600; }
    .figure .faint { fill: var(--faint); }
    .figure .end { text-anchor: end; }
    .figure .middle { text-anchor: middle; }
    .figure .rule { stroke: var(--line); fill: none; }
    .figure .s0 { color: var(--s0); } .figure .s1 { color: var(--s1); } .figure .s2 { color: var(--s2); }
    .figure .s3 { color: var(--s3); } .figure .s4 { color: var(--s4); } .figure .s5 { color: var(--s5); }
    .figure .s6 { color: var(--s6); } .figure .s7 { color: var(--s7); }
    .figure .curve { fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linejoin: round; }
    .figure .band { fill: currentColor; fill-opacity: .2; }
    .figure circle { fill: currentColor; fill-opacity: .65; }
    .figure .dots, .figure .squares, .figure .crosses, .figure .dashes { fill: none; stroke: currentColor; }
    .figure .dots { stroke-width: 3.4; stroke-linecap: round; stroke-opacity: .7; }
    .figure .squares { stroke-width: 3.6; stroke-linecap: square; stroke-opacity: .8; }
    .figure .crosses { stroke-width: 1.2; stroke-opacity: .85; } .figure .dashes { stroke-width: 1.8; }
    .figure .key { stroke-opacity: 1; } .figure .dots.key, .figure .squares.key { stroke-width: 6; }
    .figure .crosses.key, .figure .dashes.key { stroke-width: 2; }
    .figure .mean { fill: none; stroke: currentColor; stroke-width: 2; }
    .figure .bar { fill: currentColor; fill-opacity: .75; }
    .figure .whisker { stroke: var(--ink); fill: none; }
    .figure .even { stroke: currentColor; stroke-dasharray: 4 3; fill: none; }
    .figure .heat { stroke: var(--heat); fill: none; }
    .figure .onheat text { fill: var(--heatink); }
    .figure .good { fill: var(--good); } .figure text.good { fill: var(--goodink); }
    .figure .bad { fill: var(--bad); } .figure text.bad { fill: var(--badink); }
    .figure .open { fill: var(--open); } .figure text.open { fill: var(--openink); }
    .figure .none { fill: var(--none); } .figure text.none { fill: var(--noneink); }
    """)
}
