// Natural Earth's countries at 1:110 million (public domain) as TopoJSON, with the numbers of ISO 3166-1 as their identifiers.
declare module "world-atlas/countries-110m.json" {
  interface Shape {
    type: "Polygon" | "MultiPolygon";
    id?: string;
    properties: { name: string };
    arcs: number[][] | number[][][];
  }
  const atlas: {
    transform: { scale: [number, number]; translate: [number, number] };
    objects: { countries: { geometries: Shape[] } };
    arcs: [number, number][][];
  };
  export default atlas;
}
