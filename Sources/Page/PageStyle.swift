import Figures

/// The page's style sheet. Colours are those of `FigureStyle.sheet`, which stands before it.
///
/// Tables scroll within the page, so that a wide table leaves the text readable on a narrow screen; their headings
/// and the column of methods stay in sight. Nothing has a fixed width but the figures, which shrink with the screen.
enum PageStyle {
  /// Rules for everything but the figures.
  static let sheet: Markup = .trusted(
    """

    body { margin: 0 auto; max-width: 110rem; padding: 0 1rem 4rem; color: var(--ink); background: var(--paper);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
    h1 { font-size: 1.5rem; margin: 1.2rem 0 .4rem; overflow-wrap: anywhere; }
    h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line); }
    h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
    p { margin: .3rem 0; max-width: 60rem; overflow-wrap: anywhere; }
    ul { padding-left: 1.2rem; color: var(--faint); max-width: 60rem; overflow-wrap: anywhere; }
    nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
    a { color: var(--s0); }
    .quiet, figcaption .quiet { color: var(--faint); font-size: .85rem; }
    .notes { list-style: none; padding-left: 0; }
    .tools { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; margin: .6rem 0; font-size: .9rem; }
    .tools input[type=search] { font: inherit; padding: .2rem .4rem; width: 14rem; max-width: 100%; color: inherit;
      background: var(--paper); border: 1px solid var(--line); border-radius: 4px; }
    .tools label { white-space: nowrap; }
    .scroll { overflow: auto; max-height: 85vh; max-width: max-content; border-top: 2px solid var(--ink);
      border-bottom: 2px solid var(--ink); }
    table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; white-space: nowrap; }
    th, td { padding: .2rem .6rem; text-align: right; font-weight: normal; vertical-align: top; }
    thead th { position: sticky; top: 0; z-index: 2; background: var(--paper); font-weight: 600; text-align: center;
      height: 1.6rem; vertical-align: middle; }
    thead tr + tr th { top: 2rem; }
    .plain thead th { text-align: right; }
    .plain thead th[data-text] { text-align: left; }
    thead tr:last-child th, thead th[rowspan] { border-bottom: 1px solid var(--ink); }
    tbody th, thead tr:first-child th:first-child { text-align: left; }
    tbody th[scope=row], thead tr:first-child th:first-child { position: sticky; left: 0; z-index: 1;
      background: var(--paper); }
    thead tr:first-child th:first-child { z-index: 3; }
    tbody tr:hover > * { background: var(--none); }
    .first { border-left: 1px solid var(--line); }
    .family th { background: var(--none); color: var(--faint); font-style: italic; }
    td svg.figure { display: block; margin-left: auto; }
    td.text { text-align: left; }
    td.long { white-space: normal; min-width: 12rem; max-width: 30rem; overflow-wrap: anywhere; }
    th button { all: unset; cursor: pointer; }
    th button:focus-visible, summary:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; }
    th[aria-sort=ascending] button::after { content: " ▲"; }
    th[aria-sort=descending] button::after { content: " ▼"; }
    b { font-weight: 700; }
    .follows > * { color: var(--faint); }
    sup { line-height: 0; }
    [hidden] { display: none !important; }
    details { margin: .4rem 0; }
    summary { cursor: pointer; }
    .gallery { display: flex; flex-wrap: wrap; gap: 1rem 1.4rem; }
    figure { margin: 0; max-width: 100%; }
    figcaption { font-weight: 600; font-size: .9rem; }
    figure svg { display: block; }
    figure svg, .wide svg { max-width: 100%; height: auto; }
    .wide { overflow-x: auto; }
    .montage thead th { text-align: left; }
    .montage th { text-align: left; vertical-align: middle; white-space: normal; }
    .montage th[scope=row] { min-width: 9em; }
    .montage .tiles { text-align: left; }
    .montage .tiles span { display: inline-block; width: var(--side); height: var(--side); margin: 1px;
      background-image: var(--sheet); background-size: var(--size); image-rendering: pixelated; }
    .montage td + td { border-left: 1px solid var(--line); }
    code { font: .85em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
    """)
}
