// Style sheets are bundled beside the script; their import has no value.
declare module '*.css';
