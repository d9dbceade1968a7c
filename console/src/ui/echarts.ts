// The parts of ECharts that pictures use, in a file of its own that is loaded with the first picture.
import { GraphChart, HeatmapChart } from "echarts/charts";
import { CalendarComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([GraphChart, HeatmapChart, CalendarComponent, VisualMapComponent, CanvasRenderer]);

export { init };
