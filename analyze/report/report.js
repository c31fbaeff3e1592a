
"use strict";
(function () {
  // The page is whole without this: copying commands, opening everything at once, opening what a link points into.
  // The old way first: it answers at once, also on a page that was opened from a file, where the clipboard may wait for a permission.
  function copy(text, done) {
    var area = document.createElement("textarea"), copied = false;
    area.value = text;
    document.body.appendChild(area);
    area.select();
    try { copied = document.execCommand("copy"); } catch (e) { /* the command can still be selected by hand */ }
    area.remove();
    if (copied) done();
    else if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, function () {});
  }
  document.querySelectorAll(".command").forEach(function (box) {
    var words = document.body.dataset, button = document.createElement("button");
    button.type = "button";
    button.textContent = words.copy;
    button.addEventListener("click", function () {
      copy(box.querySelector("pre").textContent, function () {
        button.textContent = words.copied;
        setTimeout(function () { button.textContent = words.copy; }, 1500);
      });
    });
    box.appendChild(button);
  });
  function openAll() {
    document.querySelectorAll("details").forEach(function (d) { d.open = true; });
  }
  function openAround(hash) {
    var at = hash.length > 1 ? document.getElementById(hash.slice(1)) : null, up = at;
    for (; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    if (at) at.scrollIntoView();
  }
  var expand = document.getElementById("expand");
  if (expand) {
    expand.classList.remove("no-script");
    expand.addEventListener("click", openAll);
  }
  // Search and filters: what does not match is hidden; what does is opened, while anything is asked for.
  var tools = document.getElementById("tools");
  var items = Array.prototype.slice.call(document.querySelectorAll("[data-severity]"));
  function wanted(id) {
    var field = document.getElementById(id);
    return field ? field.value : "";
  }
  function among(item, attribute, name) {
    return !name || item.getAttribute(attribute).split("\n").indexOf(name) >= 0;
  }
  function filter() {
    var words = wanted("by-text").toLowerCase().split(/\s+/).filter(Boolean), severity = wanted("by-severity");
    var node = wanted("by-node"), namespace = wanted("by-namespace"), asked = words.length || severity || node || namespace, shown = 0;
    items.forEach(function (item) {
      var text = words.length ? item.textContent.toLowerCase() : "";
      item.hidden = (severity && item.dataset.severity !== severity) || !among(item, "data-nodes", node) ||
        !among(item, "data-namespaces", namespace) || !words.every(function (w) { return text.indexOf(w) >= 0; });
      shown += !item.hidden;
    });
    document.querySelectorAll("details.section").forEach(function (section) {
      var inside = section.querySelectorAll("[data-severity]");
      if (!inside.length) return;
      var some = section.querySelector("[data-severity]:not([hidden])");
      section.hidden = !some;
      if (asked && some) section.open = true;
    });
    document.getElementById("matches").textContent = !asked ? "" :
      document.getElementById("matches").dataset.text.replace("{shown}", shown).replace("{all}", items.length);
  }
  if (tools) {
    tools.classList.remove("no-script");
    tools.addEventListener("input", filter);
  }
  window.addEventListener("beforeprint", openAll);
  window.addEventListener("hashchange", function () { openAround(location.hash); });
  openAround(location.hash);
})();
