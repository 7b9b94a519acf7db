/* Notices in this browser: asked for and ended on the page "What you are told" (SPEC P2).
   On the element with the id "push": data-push-key, data-user and sentences; and on #live, whose data-user is the user.
   Needs JavaScript because only a script can ask the browser for a subscription. */
(() => {
  "use strict";
  const WORKER = "/push-worker.js";
  const KEPT = "push-user"; // who asked for notices in this browser

  function keyBytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }

  async function currentSubscription() {
    const worker = await navigator.serviceWorker.getRegistration("/");
    return worker ? worker.pushManager.getSubscription() : null;
  }

  async function tell(path, subscription) {
    const { endpoint, keys } = subscription.toJSON();
    const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
    const answer = await fetch(path, { method: "POST", body });
    if (!answer.ok || answer.redirected) throw new Error(`answered ${answer.status}`);
  }

  async function startNotices(place) {
    await navigator.serviceWorker.register(WORKER, { scope: "/" });
    const worker = await navigator.serviceWorker.ready;
    const key = keyBytes(place.dataset.pushKey);
    const old = await worker.pushManager.getSubscription();
    if (old) await old.unsubscribe(); // of an earlier key, or of somebody else
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    try {
      await tell("/push-devices", made);
    } catch (error) {
      await made.unsubscribe();
      throw error;
    }
    localStorage.setItem(KEPT, place.dataset.user);
  }

  async function endNotices() {
    const subscription = await currentSubscription();
    localStorage.removeItem(KEPT);
    if (!subscription) return;
    await tell("/push-devices/end", subscription);
    await subscription.unsubscribe();
  }

  async function showNotices(place, failed) {
    const say = place.querySelector("[role=status]");
    const [start, end] = place.querySelectorAll("button");
    const denied = Notification.permission === "denied";
    const on = !denied && localStorage.getItem(KEPT) === place.dataset.user && Boolean(await currentSubscription());
    say.textContent = denied ? place.dataset.denied : failed ? place.dataset.failed : on ? place.dataset.on : place.dataset.off;
    start.hidden = on || denied;
    end.hidden = !on;
  }

  function watchNotices() {
    const place = document.getElementById("push");
    if (!place || place.dataset.watched || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
    place.dataset.watched = "1";
    const buttons = [...place.querySelectorAll("button")];
    for (const [n, act] of [startNotices, endNotices].entries()) {
      buttons[n].addEventListener("click", async () => {
        let failed = false;
        try {
          await act(place);
        } catch {
          failed = true;
        }
        await showNotices(place, failed);
      });
    }
    showNotices(place, false);
  }

  // A new login is a new session: the browser tells it once that it still shows this user's notices
  async function noticesAfterLogin() {
    const user = document.getElementById("live")?.dataset.user;
    if (!user || localStorage.getItem(KEPT) !== user || sessionStorage.getItem(KEPT) === user) return;
    sessionStorage.setItem(KEPT, user);
    const subscription = await currentSubscription();
    if (subscription) await tell("/push-devices", subscription);
  }

  document.addEventListener("DOMContentLoaded", () => {
    watchNotices();
    if ("serviceWorker" in navigator && "PushManager" in window) noticesAfterLogin().catch(() => {});
  });
})();
