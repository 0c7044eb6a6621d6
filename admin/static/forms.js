// Comfort for forms that are complete without it.
(function () {
  "use strict";
  document.documentElement.classList.add("js");

  // What is wrong is read first.
  function focusSummary(root) {
    var summary = (root || document).querySelector("[data-zf-focus]");
    if (summary) { summary.focus(); }
  }
  if (!window.location.hash) { focusSummary(); }

  // The counter below a text.
  document.addEventListener("input", function (event) {
    var text = event.target;
    if (!text.id) { return; }
    var counter = document.querySelector("[data-zf-counts='" + text.id + "']");
    if (!counter) { return; }
    var most = text.maxLength;
    counter.textContent = text.value.length + " / " + most;
    counter.classList.toggle("zf-counter--full", text.value.length >= most);
  });

  // What a page can tell is wrong is said on leaving the field; the server decides.
  function beyond(limit, value) {
    if (typeof limit === "number") { return limit - Number(value); }
    // A date as the bound of a moment means the whole day.
    var length = Math.min(limit.length, value.length), one = limit.slice(0, length), other = value.slice(0, length);
    return one < other ? -1 : one > other ? 1 : 0;
  }
  var HOLDS = {
    some: function (value) { return value !== ""; },
    like: function (value, limit) { return new RegExp(limit, "u").test(value); },
    longer: function (value, limit) { return Array.from(value).length >= limit; },
    least: function (value, limit) { return beyond(limit, value) <= 0; },
    most: function (value, limit) { return beyond(limit, value) >= 0; },
    above: function (value, limit) { return Number(value) > limit; },
    below: function (value, limit) { return Number(value) < limit; }
  };
  var said = new Set();
  function check(field) {
    var value = field.value.normalize("NFKC").trim();
    var wrong = JSON.parse(field.dataset.zfChecks).find(function (one) {
      if (value === "" && one[0] !== "some") { return false; }
      try { return !HOLDS[one[0]](value, one[1]); } catch (_) { return false; }
    });
    var place = document.getElementById(field.id + "-field") || field.parentNode;
    var line = document.getElementById(field.id + "-check");
    if (!wrong) {
      if (line) {
        line.remove();
        said.delete(field.id);
        if (!document.getElementById(field.id + "-error")) {
          place.classList.remove("zf-field--wrong");
          field.removeAttribute("aria-invalid");
        }
      }
      return;
    }
    if (!line) {
      line = document.createElement("p");
      line.id = field.id + "-check";
      line.className = "zf-error";
      line.setAttribute("role", "status");
      line.appendChild(document.createElement("span")).className = "zf-error__line";
      place.appendChild(line);
    }
    line.firstChild.textContent = wrong[2].replace("{value}", value).replace("{count}", Array.from(value).length);
    place.classList.add("zf-field--wrong");
    field.setAttribute("aria-invalid", "true");
    said.add(field.id);
  }
  document.addEventListener("change", function (event) {
    if (event.target.dataset && event.target.dataset.zfChecks) { check(event.target); }
  });
  document.addEventListener("htmx:after:swap", function () {
    Array.from(said).forEach(function (id) {
      var field = document.getElementById(id);
      if (field && field.dataset.zfChecks) { check(field); } else { said.delete(id); }
    });
  });

  // Enter in a search field searches; it does not send the page.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !event.target.dataset || !event.target.dataset.zfSearch) { return; }
    event.preventDefault();
    var button = document.getElementById(event.target.dataset.zfSearch);
    if (button) { button.click(); }
  });

  // Enter in a single line of a form does not press the first button by chance.
  document.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.key === "Enter" && field.matches && field.matches(".zf input:not([type=submit]):not([type=file])") &&
        field.form && field.form.querySelector("[name$=_do]") && !event.defaultPrevented) {
      event.preventDefault();
    }
  });

  // What is typed while the server answers is kept: the answer knows only what was there before.
  var touched = new Map();
  function touch(event) {
    var field = event.target;
    if (field.id && field.closest && field.closest(".zf") && field.type !== "file") {
      touched.set(field.id, field.type === "checkbox" || field.type === "radio" ? field.checked : field.value);
    }
  }
  document.addEventListener("input", touch, true);
  document.addEventListener("change", touch, true);
  document.addEventListener("htmx:before:request", function () { touched.clear(); });
  document.addEventListener("htmx:after:swap", function () {
    touched.forEach(function (value, id) {
      var field = document.getElementById(id);
      if (!field) { return; }
      if (typeof value === "boolean") { field.checked = value; } else { field.value = value; }
    });
    touched.clear();
  });

  // No answer, or the answer of a broken server: the page stays as it is, and says so.
  function unanswered(event) {
    var response = event.detail.ctx && event.detail.ctx.response;
    if (response && response.status < 500 && response.status !== 413) { return; }
    var text = document.getElementById("unanswered");
    var place = document.getElementById("notices");
    if (!text || !place) { return; }
    place.replaceChildren(text.content.cloneNode(true));
    place.scrollIntoView({ block: "center" });
  }
  document.addEventListener("htmx:response:error", unanswered);
  document.addEventListener("htmx:error", unanswered);

  // After a row was added the first field of it is next; after one was removed, the section.
  var pressed = null;
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-zf-press]") : null;
    pressed = button ? { verb: button.value.split(":")[0], at: button.dataset.zfPress } : null;
  });
  document.addEventListener("htmx:after:swap", function () {
    if (!pressed) { return; }
    var done = pressed;
    pressed = null;
    var place = document.getElementById(done.at);
    if (!place) { return; }
    if (done.verb === "add") {
      var rows = place.querySelectorAll(":scope > .zf-rows > .zf-row");
      var last = rows[rows.length - 1];
      var field = last && last.querySelector("input:not([type=hidden]), select, textarea");
      if (field) { field.focus(); }
    } else if (done.verb === "remove" || done.verb === "unfile" || done.verb === "clear") {
      place.focus();
    }
  });
})();
