"use strict";
(() => {
  const search = document.querySelector("#search"), tone = document.querySelector("#tone"), count = document.querySelector("#count");
  const order = ["info", "low", "medium", "high", "critical"];
  function filter() {
    const words = search.value.trim().toLowerCase();
    let shown = 0;
    document.querySelectorAll("details.subject").forEach((group) => {
      let some = 0;
      group.querySelectorAll(".finding").forEach((finding) => {
        const fits = (!words || (group.firstElementChild.textContent + finding.textContent).toLowerCase().includes(words))
          && order.indexOf(finding.dataset.tone) >= order.indexOf(tone.value || "info");
        finding.hidden = !fits;
        some += fits;
      });
      group.hidden = !some;
      shown += some;
    });
    count.textContent = `${shown} shown`;
  }
  if (search) { search.addEventListener("input", filter); tone.addEventListener("change", filter); filter(); }
  // A link into something folded unfolds it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]'), target = link && document.getElementById(link.hash.slice(1));
    if (target && target.tagName === "DETAILS") target.open = true;
  });
  addEventListener("beforeprint", () => document.querySelectorAll("details:not(.checks *)").forEach((one) => { one.open = true; }));
})();
