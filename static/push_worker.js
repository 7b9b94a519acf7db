// The service worker: shows what the site tells this browser, and opens the page it is about (SPEC P2).
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    // a notice without words of ours still has to be shown
  }
  const options = { body: told.body || "", tag: told.tag || "textbank", data: { path: told.path || "/" } };
  event.waitUntil(self.registration.showNotification(told.title || "Textbank", options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const page = new URL(event.notification.data.path, self.location.origin);
  if (page.origin !== self.location.origin) return;
  event.waitUntil(open(page.href));
});

async function open(address) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url === address);
  return there ? there.focus() : self.clients.openWindow(address);
}
