// A PDF → its text, page by page, by PDFium, which Chrome shows PDFs with: compiled to WebAssembly, it can reach nothing but
// its own memory, and that is bounded here. It brings the tables of Chinese, Japanese and Korean fonts along.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { init, type WrappedPdfiumModule } from '@embedpdf/pdfium';
import { NOTHING, UNREAD } from './content.ts';
import type { Reading } from './content.ts';

/**
 * Octets of memory that PDFium may have for a small file, and for one so large that its message is read while no other large
 * one is (extract-queue.ts): all threads together stay within what a service may take.
 */
const MOST_MEMORY = { small: 48 * 2 ** 20, large: 80 * 2 ** 20, isLarge: 4 * 2 ** 20 } as const;

/** Where an instance that has broken has more than this, the thread gets no other one: its memory is not given back in time. */
const LAST_MEMORY = 32 * 2 ** 20;

/** Pages that are looked at. */
const MOST_PAGES = 5000;

/** FPDF_GetLastError: the document wants a password; its protection is of a kind that is not known. */
const PASSWORD = 4;
const SECURITY = 5;

interface Pdfium {
  readonly api: WrappedPdfiumModule;
  readonly memory: WebAssembly.Memory;
}

let instance: Pdfium | undefined;
let isLast = false;
let most: number = MOST_MEMORY.small;

/** Reads a PDF. It never rejects: what stops PDFium costs the rest of this text, its instance, and the next PDFs of the message. */
export async function readPdf(octets: Buffer, limit: number): Promise<Reading> {
  if (isLast) return { ...NOTHING, unread: UNREAD.behind };
  most = octets.length > MOST_MEMORY.isLarge ? MOST_MEMORY.large : MOST_MEMORY.small;
  const pdfium = (instance ??= await start());
  const texts: string[] = [];
  let unread: string | null;
  try {
    unread = readDocument(pdfium, octets, limit, texts);
  } catch {
    // It aborts where it gets no more memory, and traps where its stack ends; nothing can be asked of it after that.
    instance = undefined;
    isLast = pdfium.memory.buffer.byteLength > LAST_MEMORY;
    unread = UNREAD.memory;
  }
  const text = texts.join('\n').replace(/\r\n/g, '\n');
  return { text: text.slice(0, limit).trim(), names: [], unread };
}

async function start(): Promise<Pdfium> {
  let memory: WebAssembly.Memory | undefined;
  const instantiateWasm: EmscriptenModule['instantiateWasm'] = (imports, ready) => {
    const made = new WebAssembly.Instance(compiled(), bounded(imports));
    memory = made.exports['memory'] as WebAssembly.Memory;
    ready(made);
    return made.exports;
  };
  const api = await init({ instantiateWasm, print: silent, printErr: silent });
  if (memory === undefined) throw new Error('PDFium has no memory');
  api.FPDF_InitLibrary();
  return { api, memory };
}

const silent = (): void => {};

/** The one import that is not as Emscripten made it: asked for more memory than PDFium may have, it refuses. */
function bounded(imports: WebAssembly.Imports): WebAssembly.Imports {
  const env = imports['env'] ?? {};
  const resize = env['emscripten_resize_heap'];
  if (typeof resize !== 'function') throw new Error('the memory of PDFium cannot be bounded');
  const atMost = (octets: number): unknown => (octets >>> 0 > most ? 0 : resize(octets));
  return { ...imports, env: { ...env, emscripten_resize_heap: atMost } };
}

let code: WebAssembly.Module | undefined;

function compiled(): WebAssembly.Module {
  const path = fileURLToPath(import.meta.resolve('@embedpdf/pdfium/pdfium.wasm'));
  return (code ??= new WebAssembly.Module(readFileSync(path)));
}

/** Fills `texts`, and returns why they are not all. */
function readDocument(
  { api, memory }: Pdfium,
  octets: Buffer,
  limit: number,
  texts: string[],
): string | null {
  const { malloc, free } = api.pdfium.wasmExports;
  const at = malloc(octets.length);
  if (at === 0) return UNREAD.memory;
  new Uint8Array(memory.buffer).set(octets, at);
  const file = api.FPDF_LoadMemDocument(at, octets.length, '');
  if (file === 0) {
    free(at);
    return [PASSWORD, SECURITY].includes(api.FPDF_GetLastError()) ? UNREAD.encrypted : UNREAD.damaged;
  }
  const pages = api.FPDF_GetPageCount(file);
  let left = limit;
  for (let number = 0; number < Math.min(pages, MOST_PAGES) && left >= 0; number++) {
    const text = readPage({ api, memory }, file, number, left);
    texts.push(text);
    left -= text.length + 1;
  }
  api.FPDF_CloseDocument(file);
  free(at);
  return left < 0 || pages > MOST_PAGES ? UNREAD.long : null;
}

function readPage({ api, memory }: Pdfium, file: number, number: number, limit: number): string {
  const page = api.FPDF_LoadPage(file, number);
  if (page === 0) return '';
  const content = api.FPDFText_LoadPage(page);
  let text = '';
  if (content !== 0) {
    const { malloc, free } = api.pdfium.wasmExports;
    const units = Math.min(api.FPDFText_CountChars(content), limit + 1);
    const at = units > 0 ? malloc(units * 2 + 2) : 0;
    if (at !== 0) {
      // Counted in units, with the NUL at the end.
      const written = api.FPDFText_GetText(content, 0, units, at);
      text = Buffer.from(memory.buffer, at, Math.max(0, written - 1) * 2).toString('utf16le');
      free(at);
    }
    api.FPDFText_ClosePage(content);
  }
  api.FPDF_ClosePage(page);
  return text;
}
