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

// While a round is being read, its figures follow the terminals without a reload.
const live = document.querySelectorAll("[data-live][id]");
if (live.length > 0) {
  const timer = setInterval(async () => {
    if (document.hidden) {
      return;
    }
    const answer = await fetch(location.href).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) {
      // Logged out or away: the next click tells, this stays quiet.
      clearInterval(timer);
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const { id } of live) {
      const old = document.getElementById(id);
      const now = fresh.getElementById(id);
      if (old && now && !old.contains(document.activeElement)) {
        old.replaceWith(now);
      }
    }
  }, 20000);
}

// What a slider says, while it moves.
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-slider]")) {
    const said = event.target.parentElement.querySelector("output strong");
    if (said) {
      said.textContent = event.target.value;
    }
  }
});
