// The payer's side of the cashier: six digits by tapping or typing, one attempt at a time, and the
// result told to the page that opened it. What it says is a claim only; the merchant's server asks.
"use strict";

const sheet = document.querySelector(".sheet");
const body = document.body;
const embedded = body.dataset.embed === "true";
// A browser that came by an h5_url goes where it was told to, paid or not.
const returns = !embedded && "back" in body.dataset;
const field = document.getElementById("password");
const message = document.getElementById("message");
const closeAfterMs = 1300;
const askEveryMs = 700;
let busy = false;
let left = false;

async function send(path, fields) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ session: sheet.dataset.session, ...fields }),
  });
  return answer.json();
}

// Tells the page around it and fades. Alone in a tab there is nobody to tell; the result stays to be read.
function leave(errMsg) {
  if (left) return;
  if (!embedded) {
    if (returns) location.assign(body.dataset.back);
    else show(errMsg, errMsg === "requestPayment:ok", null);
    return;
  }
  left = true;
  body.classList.add("leaving");
  window.parent.postMessage({ type: "tongbao-cashier", errMsg }, "*");
}

// The end of it: paid, and closes by itself; or refused, and waits for the payer to go back.
function show(text, good, goBack) {
  document.getElementById("ask").hidden = true;
  document.getElementById("cancel").hidden = true;
  document.getElementById("sum").hidden = !good;
  const end = document.getElementById("end");
  end.hidden = false;
  end.className = good ? "end good" : "end bad";
  document.getElementById("said").textContent = text;
  if (goBack === null) return;
  const button = document.getElementById("leave");
  button.hidden = false;
  button.addEventListener("click", goBack);
  button.focus();
}

function draw() {
  const boxes = sheet.querySelectorAll(".boxes i");
  boxes.forEach((box, at) => box.classList.toggle("full", at < field.value.length));
}

function press(key) {
  if (busy) return;
  if (key === "back") field.value = field.value.slice(0, -1);
  else if (field.value.length < 6) field.value += key;
  changed();
}

function changed() {
  if (busy) return;
  field.value = field.value.replace(/\D/g, "").slice(0, 6);
  if (field.value !== "") message.textContent = "";
  draw();
  if (field.value.length === 6) pay();
}

async function pay() {
  busy = true;
  sheet.classList.add("busy");
  let told;
  try {
    told = await send("/cashier/pay", { password: field.value });
  } catch {
    told = { result: "lost" };
  }
  busy = false;
  sheet.classList.remove("busy");
  field.value = "";
  draw();
  conclude(told);
}

function conclude(told) {
  switch (told.result) {
    case "ok":
      show(sheet.dataset.paid, true, returns ? () => leave(told.errMsg) : null);
      if (embedded) setTimeout(() => leave(told.errMsg), closeAfterMs);
      break;
    case "wrong_password":
      again(sheet.dataset.wrong.replace("{n}", told.attempts_left));
      break;
    case "insufficient":
      show(told.message, false, cancel);
      break;
    case "refused":
      show(told.message, false, () => leave(told.errMsg));
      break;
    default:
      again(sheet.dataset.lost);
  }
}

function again(text) {
  message.textContent = text;
  const boxes = sheet.querySelector(".boxes");
  boxes.classList.remove("shake");
  void boxes.offsetWidth; // starts the animation anew
  boxes.classList.add("shake");
  field.focus();
}

async function cancel() {
  if (busy || left) return;
  busy = true;
  try {
    leave((await send("/cashier/cancel", {})).errMsg);
  } catch {
    leave("requestPayment:fail cancel");
  }
  busy = false;
}

// A payer who acts without being told to: the page shows what came of it.
async function watch() {
  while (!left) {
    await new Promise((done) => setTimeout(done, askEveryMs));
    const told = busy ? { result: "open" } : await send("/cashier/told", {}).catch(() => ({ result: "open" }));
    if (told.result === "gone" || busy) return;
    if (told.result === "cancel") { leave(told.errMsg); return; }
    if (told.result !== "open") { conclude(told); return; }
  }
}

function typed(event) {
  if (event.key === "Escape") cancel();
  else if (event.target === field || event.ctrlKey || event.metaKey || event.altKey) return;
  else if (/^\d$/.test(event.key)) press(event.key);
  else if (event.key === "Backspace") press("back");
}

if (field === null) {
  const back = document.getElementById("leave");
  back.addEventListener("click", () => leave(sheet.dataset.errMsg));
  back.hidden = !embedded && !returns;
  back.focus();
} else {
  document.getElementById("cancel").addEventListener("click", cancel);
  document.getElementById("pay").addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("keypad").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button !== null) press(button.dataset.key || button.textContent.trim());
  });
  field.addEventListener("input", changed);
  if ("acts" in sheet.dataset) watch();
  document.addEventListener("keydown", typed);
  // The page around may give the focus to the frame; the digits are what it is for.
  window.addEventListener("focus", () => field.focus({ preventScroll: true }));
  field.focus({ preventScroll: true });
}
