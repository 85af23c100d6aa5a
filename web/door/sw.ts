/*
 * The service worker: the whole app is on the phone after one visit, and starts from there with no
 * network. The server puts FILES (addresses, the page first) and VERSION (a hash of them) before this.
 * The API is never answered from here.
 */
declare const FILES: string[], VERSION: string;
const NAME = `door-${VERSION}`;
const worker = self as any;

worker.addEventListener("install", (event: any) => {
	const fetchAll = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll(FILES.map((url) => new Request(url, { cache: "no-cache" })));
		await worker.skipWaiting();
	};
	event.waitUntil(fetchAll());
});

worker.addEventListener("activate", (event: any) => {
	const tidy = async () => {
		for (const name of await caches.keys())
			if (name.startsWith("door-") && name !== NAME)
				await caches.delete(name);
		await worker.clients.claim();
	};
	event.waitUntil(tidy());
});

/* What is kept is of one version throughout: the page and all that it names come from one cache. */
async function answer(request: Request): Promise<Response> {
	const url = new URL(request.url), cache = await caches.open(NAME);
	const kept = await cache.match(request.mode === "navigate" ? FILES[0] : url.pathname, { ignoreVary: true });
	return kept ?? fetch(request);
}

worker.addEventListener("fetch", (event: any) => {
	const url = new URL(event.request.url);
	if (event.request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/"))
		return;
	if (event.request.mode === "navigate" ? url.pathname === FILES[0] : FILES.includes(url.pathname))
		event.respondWith(answer(event.request));
});
