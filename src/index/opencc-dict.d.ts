// opencc-js ships its dictionaries as plain modules without types: pairs `traditional simplified`, joined by `|`.
declare module 'opencc-js/dict/TSCharacters' {
  const pairs: string;
  export { pairs as default };
}
