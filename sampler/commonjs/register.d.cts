// What register.cjs gives: nothing, it is loaded for what it does.
export {};
