// The practice page: pictures and paper from the server, keys and touches to it.

const find = (name) => document.querySelector(`[data-${name}]`);
const screen = find("screen");
const paint = screen.getContext("2d");
const tray = find("tray");

const SCREENS = {
  login: "ログイン", route: "順路", reading: "指針の入力", check: "確認", no_read: "検針不能",
  sync: "送受信", work: "作業", search: "検索", menu: "メニュー", day: "日計",
};
const KEYS = {
  Enter: "Return", Escape: "Escape", Backspace: "Backspace", ArrowUp: "UpArrow",
  ArrowDown: "DownArrow", ArrowLeft: "LeftArrow", ArrowRight: "RightArrow",
  F1: "F1", F2: "F2", F3: "F3", F4: "F4", F5: "F5",
  // Tab itself belongs to the browser.
  m: "Tab", M: "Tab",
};

const line = new WebSocket(`wss://${location.host}/practice/socket`);
line.binaryType = "arraybuffer";

function send(words) {
  if (line.readyState === WebSocket.OPEN) line.send(JSON.stringify(words));
}

// Pictures are decoded one after the other, or an older one could cover a newer one.
let painted = Promise.resolve();
function show(bytes) {
  painted = painted
    .then(() => createImageBitmap(new Blob([bytes], { type: "image/png" })))
    .then((picture) => {
      paint.drawImage(picture, 0, 0);
      picture.close();
      screen.dataset.frames = Number(screen.dataset.frames || 0) + 1;
    })
    .catch(() => {});
}

function say(caption, busy) {
  const words = [SCREENS[caption.screen] || caption.screen];
  if (caption.connection_number) words.push(`水栓番号 ${caption.connection_number}`);
  if (caption.typed) words.push(`入力 ${caption.typed}`);
  if (caption.message) words.push(caption.message);
  if (caption.progress) words.push(`${caption.progress[1]}件中${caption.progress[0]}件済み`);
  find("words").textContent = words.map((word) => word.replace(/。$/, "")).join("。");
  const data = screen.dataset;
  data.at = caption.screen;
  data.connection = caption.connection_number || "";
  data.typed = caption.typed;
  data.busy = String(busy);
  data.told = Number(data.told || 0) + 1;
  find("state").textContent = busy ? "処理しています…" : "練習中";
  for (const item of document.querySelectorAll("[data-connection-number]")) {
    const current = item.dataset.connectionNumber === caption.connection_number;
    if (current && !item.classList.contains("is-current")) {
      item.scrollIntoView({ block: "nearest" });
    }
    item.classList.toggle("is-current", current);
  }
}

function lay(words) {
  const empty = find("empty");
  if (empty) empty.remove();
  const number = tray.querySelectorAll("figure").length + 1;
  const figure = document.createElement("figure");
  figure.className = words.torn ? "torn" : "slip";
  const picture = document.createElement("img");
  picture.src = words.address;
  picture.alt = words.torn ? `途中で切れた用紙 ${number}枚目` : `用紙 ${number}枚目`;
  const caption = document.createElement("figcaption");
  caption.textContent = words.torn ? `${number}枚目（途中で切れました）` : `${number}枚目`;
  figure.append(picture, caption);
  tray.prepend(figure);
  tray.scrollTop = 0;
}

function end(text, code) {
  if (!find("ended").hidden) return;
  find("ended-text").textContent = text;
  find("ended-code").textContent = code;
  find("ended").hidden = false;
  find("state").textContent = "終了";
  find("ended").scrollIntoView({ block: "center" });
}

line.addEventListener("message", (event) => {
  if (typeof event.data !== "string") return show(event.data);
  const words = JSON.parse(event.data);
  if (words.kind === "ready") {
    screen.width = words.width;
    screen.height = words.height;
    find("state").textContent = "練習中";
    screen.focus({ preventScroll: true });
  } else if (words.kind === "screen") {
    say(words.caption, words.busy);
  } else if (words.kind === "slip") {
    lay(words);
  } else if (words.kind === "printer") {
    for (const button of document.querySelectorAll("[data-hand]")) {
      button.setAttribute("aria-pressed", String(button.dataset.hand === words.hand));
    }
  } else if (words.kind === "ended") {
    end(words.text, words.code);
  }
});
line.addEventListener("close", () => end("サーバーとの通信が切れました。もう一度始めてください。", "R15"));

// Tab is left to the browser, so that the keyboard is never caught in the picture.
screen.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const key = KEYS[event.key] || (event.key.length === 1 ? event.key : null);
  if (!key) return;
  event.preventDefault();
  event.stopPropagation();
  send({ kind: "key", key });
});

find("keys").addEventListener("click", (event) => {
  const button = event.target.closest("[data-key]");
  if (button) send({ kind: "key", key: button.dataset.key });
});

find("hands").addEventListener("click", (event) => {
  const button = event.target.closest("[data-hand]");
  if (button) send({ kind: "printer", hand: button.dataset.hand });
});

function place(event) {
  const box = screen.getBoundingClientRect();
  const scale = (at, size, pixels) =>
    Math.max(0, Math.min(pixels - 1, Math.floor((at / size) * pixels)));
  return {
    x: scale(event.clientX - box.left, box.width, screen.width),
    y: scale(event.clientY - box.top, box.height, screen.height),
  };
}

let finger = null;
let moved = null;
screen.addEventListener("pointerdown", (event) => {
  if (finger !== null) return;
  finger = event.pointerId;
  screen.setPointerCapture(finger);
  screen.focus({ preventScroll: true });
  send({ kind: "down", ...place(event) });
});
screen.addEventListener("pointermove", (event) => {
  if (event.pointerId !== finger) return;
  if (!moved) {
    // At most one a frame: a mouse tells of more moves than anybody needs.
    requestAnimationFrame(() => {
      if (finger !== null && moved) send({ kind: "move", ...moved });
      moved = null;
    });
  }
  moved = place(event);
});
for (const name of ["pointerup", "pointercancel"]) {
  screen.addEventListener(name, (event) => {
    if (event.pointerId !== finger) return;
    finger = null;
    send({ kind: "up", ...place(event) });
  });
}
