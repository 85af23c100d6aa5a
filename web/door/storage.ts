/*
 * What the phone keeps, in IndexedDB: the scan log's items under (epoch, seq), and a few named things
 * (pairing, lists, settings). A write of items is done when it is on the disk, not before.
 *
 * Browsers may close or delete a database under an open page (storage is short, "clear site data"). It is opened
 * anew then, and when it is empty, all that the app still has in memory is written into it first.
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
export interface Snapshot { kept: Record<string, unknown>; items: Stored[] }

function connect(): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open(NAME, VERSION);
		request.onupgradeneeded = () => {
			request.result.createObjectStore("items", { keyPath: ["epoch", "seq"] });
			request.result.createObjectStore("kept");
		};
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
		request.onblocked = () => reject(new Error("blocked"));
	});
}

export class Storage {
	/* What to write when everything is gone; null: nothing is to be kept. */
	onwiped: () => Snapshot | null = () => null;
	private opening: Promise<void> | null = null;

	private constructor(private db: IDBDatabase) { this.watch(); }

	static async open(): Promise<Storage> {
		return new Storage(await connect());
	}

	private watch() {
		this.db.onversionchange = () => {
			this.db.close();
			void this.reopen().catch(() => {});
		};
		this.db.onclose = () => void this.reopen().catch(() => {}); /* the next write tries again */
	}
	private reopen(): Promise<void> {
		this.opening ??= this.openAnew().finally(() => { this.opening = null; });
		return this.opening;
	}
	private async openAnew() {
		this.db = await connect();
		this.watch();
		if ((await result(this.db.transaction("kept").objectStore("kept").get("pairing"))) !== undefined)
			return;
		const snapshot = this.onwiped();
		if (snapshot === null)
			return;
		const transaction = this.db.transaction(["items", "kept"], "readwrite", { durability: "strict" }), ended = done(transaction);
		for (const [name, value] of Object.entries(snapshot.kept))
			transaction.objectStore("kept").put(value, name);
		for (const item of snapshot.items)
			transaction.objectStore("items").put(item);
		await ended;
	}
	/* Once more when the database was closed under it. */
	private async run<T>(act: (db: IDBDatabase) => Promise<T>): Promise<T> {
		await this.opening;
		try {
			return await act(this.db);
		} catch (error) {
			try {
				this.db.transaction("kept").abort();
			} catch {
				await this.reopen();
				return act(this.db);
			}
			throw error;
		}
	}

	/* All of them or none, strictly durable when it resolves. */
	saveItems(items: Stored[]): Promise<void> {
		return this.run(async (db) => {
			const transaction = db.transaction("items", "readwrite", { durability: "strict" });
			const ended = done(transaction), store = transaction.objectStore("items");
			for (const item of items)
				store.put(item);
			transaction.commit?.();
			await ended;
		});
	}
	items(): Promise<Stored[]> {
		return this.run((db) => result(db.transaction("items").objectStore("items").getAll()));
	}

	get<T>(name: string): Promise<T | undefined> {
		return this.run((db) => result(db.transaction("kept").objectStore("kept").get(name)));
	}
	set(name: string, value: unknown, durability: "strict" | "relaxed" = "relaxed"): Promise<void> {
		return this.run(async (db) => {
			const transaction = db.transaction("kept", "readwrite", { durability });
			transaction.objectStore("kept").put(value, name);
			await done(transaction);
		});
	}

	wipe(): Promise<void> {
		return this.run(async (db) => {
			const transaction = db.transaction(["items", "kept"], "readwrite", { durability: "strict" });
			transaction.objectStore("items").clear();
			transaction.objectStore("kept").clear();
			await done(transaction);
		});
	}
}
