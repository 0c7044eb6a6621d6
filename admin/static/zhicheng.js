// Comfort on top of pages that are complete without it.
(function () {
  "use strict";

  // Ask before what a button says should be asked about.
  document.addEventListener("submit", function (event) {
    var asks = event.submitter && event.submitter.dataset.confirm;
    if (asks && !window.confirm(asks)) { event.preventDefault(); event.stopImmediatePropagation(); }
  });

  // A second press of the same button sends nothing twice.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent === "yes") { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.setTimeout(function () { delete form.dataset.sent; }, 4000);
  });

  // Tick all rows of a list: of its own only, where a page has several.
  document.addEventListener("change", function (event) {
    var box = event.target;
    if (!box.matches || !box.matches("[data-tick-all]")) { return; }
    (box.form || document).querySelectorAll("input[name='" + box.dataset.tickAll + "']").forEach(function (each) {
      each.checked = box.checked;
    });
  });

  // Put a chosen common sentence into the text it belongs to, beside what was typed.
  document.addEventListener("change", function (event) {
    var list = event.target;
    if (!list.matches || !list.matches("[data-inserts]")) { return; }
    var text = document.getElementById(list.dataset.inserts);
    if (!text || !list.value) { return; }
    text.setRangeText(list.value, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    list.value = "";
    text.focus();
  });

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  // Warn before leaving a page whose typed text is not saved.
  var dirty = false;
  document.addEventListener("input", function (event) {
    if (event.target.closest("form[data-guard]")) { dirty = true; }
  });
  document.addEventListener("submit", function () { dirty = false; });
  document.addEventListener("htmx:after:request", function (event) {
    if (event.detail && event.detail.ctx && event.detail.ctx.sourceElement &&
        event.detail.ctx.sourceElement.matches("[data-autosave]")) { dirty = false; }
  });
  window.addEventListener("beforeunload", function (event) {
    if (dirty) { event.preventDefault(); }
  });
})();
