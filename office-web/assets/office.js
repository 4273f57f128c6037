// Comfort only; every page works without it.

// "/" puts the cursor into the search box from wherever the clerk is, Escape leaves it.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, select, textarea");
  if (event.key === "/" && !field && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === "Escape" && field && field.matches("[data-search]")) {
    field.blur();
  }
});

// What was searched for is selected, so that the next question can be typed over it.
const waiting = document.querySelector("[data-search][autofocus]");
if (waiting) {
  waiting.select();
}

// A billing run may take some seconds: the button says so and cannot be pressed twice.
document.addEventListener("submit", (event) => {
  const busy = event.target.dataset.busy;
  const button = event.target.querySelector("button[type=submit]");
  if (busy && button) {
    button.disabled = true;
    button.textContent = busy;
  }
});
