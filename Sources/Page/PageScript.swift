import Figures

/// The page's script: sorting, filtering and hiding columns of tables. It adds its controls itself, so that a page
/// without scripts shows none that do nothing.
///
/// It keeps no state but the elements of the page, sets no HTML from text, and calls nothing outside the page. All
/// that it changes is the order of rows and whether rows, columns and dots are hidden.
enum PageScript {
  /// Works on every `.tools` element and on the table that it names.
  ///
  /// A click on a heading sorts by the cells' `data-v`, first from the largest number; the third click restores the
  /// order of the file. Rows without a value stay last.
  static let source: Markup = .trusted(
    """

    "use strict";
    document.querySelectorAll(".tools").forEach(function (tools) {
      var table = document.getElementById(tools.dataset.for);
      // A row and those that follow it, which stay together.
      var units = [];
      table.querySelectorAll("tbody tr:not(.family)").forEach(function (row) {
        if (row.classList.contains("follows") && units.length) units[units.length - 1].push(row);
        else units.push([row]);
      });
      var homes = units.map(function (unit) { return unit[0].parentNode; });
      var families = Array.from(table.querySelectorAll("tr.family"));
      var heads = Array.from(table.querySelectorAll("tr.sorts th"));
      var first = table.querySelector("tbody");
      var sorted = false;

      function make(name, text) {
        var element = document.createElement(name);
        if (text) element.textContent = text;
        return element;
      }
      function show() {
        var words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
        units.forEach(function (unit) {
          var text = unit[0].dataset.find || unit[0].textContent.toLowerCase();
          var fits = words.every(function (word) { return text.includes(word); });
          unit.forEach(function (row) { row.hidden = !fits; });
        });
        families.forEach(function (family) {
          family.hidden = sorted || !Array.from(family.parentNode.children).some(function (row) {
            return row !== family && !row.hidden;
          });
        });
        var left = units.filter(function (unit) { return !unit[0].hidden; }).length;
        count.textContent = left + " of " + units.length + " rows";
      }
      function value(row, index) {
        var cell = row.children[index + row.children.length - heads.length];
        if (!cell) return null;
        var given = cell.dataset.v;
        if (heads[index].dataset.text) return cell.textContent.toLowerCase();
        if (given === undefined || given === "") return null;
        return isNaN(given) ? given : Number(given);
      }
      function compare(a, b) {
        if (typeof a === "number" && typeof b === "number") return a - b;
        return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
      }
      function sort(head, index) {
        var states = head.dataset.text ? ["ascending", "descending", null] : ["descending", "ascending", null];
        var next = states[(states.indexOf(head.getAttribute("aria-sort") || null) + 1) % 3];
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        sorted = next !== null;
        if (!sorted) {
          units.forEach(function (unit, place) { homes[place].append.apply(homes[place], unit); });
        } else {
          head.setAttribute("aria-sort", next);
          var order = units.map(function (unit, place) { return [value(unit[0], index), place, unit]; });
          order.sort(function (a, b) {
            if (a[0] === null || b[0] === null) {
              return (a[0] === null) - (b[0] === null) || a[1] - b[1];
            }
            return (next === "ascending" ? 1 : -1) * compare(a[0], b[0]) || a[1] - b[1];
          });
          order.forEach(function (entry) { first.append.apply(first, entry[2]); });
        }
        show();
      }
      heads.forEach(function (head, index) {
        var button = make("button", head.textContent);
        button.type = "button";
        button.title = "sort";
        button.addEventListener("click", function () { sort(head, index); });
        head.replaceChildren(button);
      });

      var search = make("input");
      search.type = "search";
      search.placeholder = "filter rows";
      search.setAttribute("aria-label", "filter rows");
      search.addEventListener("input", show);
      var count = make("span");
      count.className = "quiet";
      count.setAttribute("aria-live", "polite");
      tools.append(search, count);

      var groups = Array.from(table.querySelectorAll("thead tr:first-child th[scope=colgroup]"));
      var off = {};
      function hide() {
        table.querySelectorAll("th, td").forEach(function (cell) {
          cell.classList.forEach(function (name) {
            if (/^[bm]\\d+$/.test(name)) {
              cell.hidden = Array.from(cell.classList).some(function (one) { return off[one]; });
            }
          });
        });
        groups.forEach(function (group, place) {
          var width = heads.filter(function (head) {
            return head.classList.contains("b" + place) && !head.hidden;
          }).length;
          if (width) group.colSpan = width; else group.hidden = true;
        });
      }
      function toggle(name, text) {
        var label = make("label");
        var box = make("input");
        box.type = "checkbox";
        box.checked = true;
        box.addEventListener("change", function () { off[name] = !box.checked; hide(); });
        label.append(box, " " + text);
        tools.append(label);
      }
      if (groups.length > 1) {
        groups.forEach(function (group, place) { toggle("b" + place, group.firstChild.textContent); });
      }
      var scores = heads.filter(function (head) {
        return head.classList.contains("b0") && /\\bm\\d/.test(head.className);
      });
      if (scores.length > 1) {
        scores.forEach(function (head, place) { toggle("m" + place, head.textContent); });
      }
      if (table.querySelector("td svg")) {
        var label = make("label");
        var box = make("input");
        box.type = "checkbox";
        box.checked = true;
        box.addEventListener("change", function () {
          table.querySelectorAll("td svg").forEach(function (strip) {
            strip.style.display = box.checked ? "" : "none";
          });
        });
        label.append(box, " seeds");
        tools.append(label);
      }
      show();
    });
    """)
}
