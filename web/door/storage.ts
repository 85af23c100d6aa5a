/*
 * What the phone keeps, in IndexedDB: the scan log's items under (epoch, seq), and a few named things
 * (pairing, lists, settings). A write of items is done when it is on the disk, not before.
 */
const NAME = "turnout-door", VERSION = 1;

const done = (transaction: IDBTransaction) => new Promise<void>((resolve, reject) => {
	transaction.oncomplete = () => resolve();
	transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("storage"));
});
const result = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => {
	request.onsuccess = () => resolve(request.result);
	request.onerror = () => reject(request.error);
});

export interface Stored { epoch: string; seq: number; bytes: Uint8Array }

export class Storage {
	private constructor(private db: IDBDatabase) {}

	static open(): Promise<Storage> {
		return new Promise((resolve, reject) => {
			const request = indexedDB.open(NAME, VERSION);
			request.onupgradeneeded = () => {
				request.result.createObjectStore("items", { keyPath: ["epoch", "seq"] });
				request.result.createObjectStore("kept");
			};
			request.onsuccess = () => {
				request.result.onversionchange = () => request.result.close();
				resolve(new Storage(request.result));
			};
			request.onerror = () => reject(request.error);
			request.onblocked = () => reject(new Error("blocked"));
		});
	}

	/* All of them or none, strictly durable when it resolves. */
	async saveItems(items: Stored[]): Promise<void> {
		const transaction = this.db.transaction("items", "readwrite", { durability: "strict" });
		const ended = done(transaction), store = transaction.objectStore("items");
		for (const item of items)
			store.put(item);
		transaction.commit?.();
		await ended;
	}
	items(): Promise<Stored[]> {
		return result(this.db.transaction("items").objectStore("items").getAll());
	}

	get<T>(name: string): Promise<T | undefined> {
		return result(this.db.transaction("kept").objectStore("kept").get(name));
	}
	async set(name: string, value: unknown, durability: "strict" | "relaxed" = "relaxed"): Promise<void> {
		const transaction = this.db.transaction("kept", "readwrite", { durability });
		transaction.objectStore("kept").put(value, name);
		await done(transaction);
	}

	async wipe(): Promise<void> {
		const transaction = this.db.transaction(["items", "kept"], "readwrite", { durability: "strict" });
		transaction.objectStore("items").clear();
		transaction.objectStore("kept").clear();
		await done(transaction);
	}
}
