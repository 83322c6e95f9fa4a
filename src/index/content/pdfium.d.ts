// What the types of @embedpdf/pdfium take from others, as far as it is used here: Emscripten's module, and WebAssembly, which
// the types of Node.js 20 leave to the browser's.
declare interface EmscriptenModule {
  readonly instantiateWasm: (
    imports: WebAssembly.Imports,
    ready: (made: WebAssembly.Instance) => void,
  ) => object;
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
}

declare namespace WebAssembly {
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  /** Compiled code, to be handed on. */
  type Module = object;
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  const Module: new (octets: Uint8Array) => Module;
  const Instance: new (module: Module, imports: Imports) => Instance;
}
