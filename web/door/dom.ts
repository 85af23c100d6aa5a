/* Elements without a framework: el("button", { onclick }, "Text"). */
type Child = Node | string | null | undefined | false;

export function el<K extends keyof HTMLElementTagNameMap>(tag: K, props: Record<string, any> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(props)) {
		if (value === undefined || value === null || value === false)
			continue;
		if (name.startsWith("on"))
			element.addEventListener(name.slice(2), value);
		else if (name in element && !name.includes("-"))
			(element as any)[name] = value;
		else
			element.setAttribute(name, value === true ? "" : String(value));
	}
	add(element, children);
	return element;
}

/* A name or another word of people's own: it runs its own way, whatever stands around it. */
export const apart = (text: string) => `\u2068${text}\u2069`;

export function add(parent: Element, children: Child[]) {
	for (const child of children)
		if (child !== null && child !== undefined && child !== false)
			parent.append(child);
}

const SVG = "http://www.w3.org/2000/svg";

/* A drawing of strokes on a field of 24 × 24. */
export function drawing(path: string): SVGSVGElement {
	const svg = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "path");
	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("aria-hidden", "true");
	line.setAttribute("d", path);
	svg.append(line);
	return svg;
}
