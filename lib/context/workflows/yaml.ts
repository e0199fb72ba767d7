/**
 * The parser of frontmatter, to be loaded when there is a file with some. It is a CommonJS package: in the
 * executable its names are known to a static import only.
 *
 * @module
 */
export { parse } from "yaml";
