// Keeps a console page up to date: while the page's <main> asks for it (data-refresh, in
// milliseconds), it is fetched again and replaced when it changed. Without script the page is
// complete, only still. The bound: one request at a time, none while the tab is hidden, and
// slower after failures.
"use strict";

(function keepFresh() {
  const slowest = 30000;
  let failures = 0;

  function wait() {
    const live = document.getElementById("live");
    const every = live === null ? 0 : Number(live.dataset.refresh || 0);
    if (every > 0) setTimeout(refresh, Math.min(every * 2 ** failures, slowest));
  }

  async function refresh() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", refresh, { once: true });
      return;
    }
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
      failures = 0;
    } catch {
      failures = Math.min(failures + 1, 4);
    }
    wait();
  }

  // Nothing is touched when nothing changed, so that focus, selection and scroll stay.
  function replace(fresh) {
    const next = fresh.getElementById("live");
    const live = document.getElementById("live");
    if (next === null || live === null || next.outerHTML === live.outerHTML) return;
    const focused = document.activeElement;
    const href = focused instanceof HTMLAnchorElement ? focused.getAttribute("href") : null;
    live.replaceWith(next);
    document.title = fresh.title;
    if (href === null || document.body.contains(focused)) return;
    const again = Array.from(next.querySelectorAll("a")).find((a) => a.getAttribute("href") === href);
    if (again !== undefined) again.focus({ preventScroll: true });
  }

  wait();
})();
