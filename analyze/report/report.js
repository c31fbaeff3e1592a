
"use strict";
(function () {
  // The page is whole without this: copying commands, opening everything at once, opening what a link points into.
  function copy(text, done) {
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, function () {});
      return;
    }
    var area = document.createElement("textarea");
    area.value = text;
    document.body.appendChild(area);
    area.select();
    try { if (document.execCommand("copy")) done(); } catch (e) { /* the command can still be selected by hand */ }
    area.remove();
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
  window.addEventListener("beforeprint", openAll);
  window.addEventListener("hashchange", function () { openAround(location.hash); });
  openAround(location.hash);
})();
