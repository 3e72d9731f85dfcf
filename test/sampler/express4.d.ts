// Express 4 beside 5 under another name: the same types serve what is used of it here.
declare module 'express4' {
  export { default } from 'express';
}
