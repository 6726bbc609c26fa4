// Sends what the payer does to the simulator, and tells an embedding page what came of it.
"use strict";

const main = document.querySelector("main");
const embedded = document.body.dataset.embed === "true";
const message = document.getElementById("message");

function finish(errMsg) {
  if (embedded) {
    window.parent.postMessage({ type: "tongbao-cashier", errMsg }, "*");
  } else {
    message.textContent = errMsg;
  }
}

async function send(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ session: main.dataset.session, ...body }),
  });
  return answer.json();
}

document.getElementById("pay")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = document.getElementById("password");
  const button = event.target.querySelector("button");
  button.disabled = true;
  try {
    const told = await send("/cashier/pay", { password: field.value });
    message.textContent = told.message ?? "";
    if (told.result === "ok" || told.result === "refused") {
      finish(told.errMsg);
      return;
    }
    field.value = "";
    field.focus();
  } catch (error) {
    message.textContent = String(error);
  }
  button.disabled = false;
});

document.getElementById("cancel")?.addEventListener("click", async () => {
  const told = await send("/cashier/cancel", {});
  finish(told.errMsg);
});

document.getElementById("done")?.addEventListener("click", () => finish(main.dataset.errMsg));
