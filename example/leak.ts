// A leak as services have it: a map that only grows. `LEAK=1 npm start`, or the route /leak, turns it on.

export class Basket {
  readonly visit: number;
  readonly items: readonly { readonly sku: string; readonly note: string }[];

  constructor(visit: number) {
    this.visit = visit;
    this.items = Array.from({ length: 300 }, (_, item) => ({ sku: `sku-${visit}-${item}`, note: `visit ${visit} laid item ${item} into its basket` }));
  }
}

const basketsByVisit = new Map<number, Basket>();

export function keepBasket(visit: number): void {
  basketsByVisit.set(visit, new Basket(visit));
}

export function forgetBaskets(): void {
  basketsByVisit.clear();
}
