// The package brings no types: the few members that are used here.
declare module 'd3-flame-graph' {
  import type { Selection } from 'd3-selection';

  /** A node as d3-hierarchy lays it out; `parent` is null at the root. */
  export interface DrawnNode<T> {
    /** Within one drawing. */
    readonly id: number;
    readonly depth: number;
    /** 0 outside the zoom. */
    readonly value: number;
    readonly data: T;
    readonly parent: DrawnNode<T> | null;
    readonly children?: readonly DrawnNode<T>[];
    /** From 0 to 1, of the whole width. */
    readonly x0: number;
    readonly x1: number;
  }

  export interface FlameGraph<T> {
    (selection: Selection<HTMLElement, T, null, undefined>): void;
    width(pixels: number): this;
    cellHeight(pixels: number): this;
    minFrameSize(pixels: number): this;
    transitionDuration(ms: number): this;
    inverted(on: boolean): this;
    resetHeightOnZoom(on: boolean): this;
    tooltip(tip: (() => void) & { show(): void; hide(): void }): this;
    setLabelHandler(text: (node: DrawnNode<T>) => string): this;
    setColorMapper(color: (node: DrawnNode<T>, original: string) => string): this;
    onClick(handle: (node: DrawnNode<T>) => void): this;
    zoomTo(node: DrawnNode<T>): void;
    update(tree?: T): void;
  }

  const flamegraph: <T>() => FlameGraph<T>;
  export default flamegraph;
}
