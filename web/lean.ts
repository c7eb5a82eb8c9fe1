// uPlot hangs all it can do on one object, so that nothing of it is ever left out of a build. Of what this page never
// asks for, the line that hangs it there is taken out, and the build then drops the rest.
import type { Plugin } from 'vite';

const NOT_ASKED = [
  '(paths.stepped = stepped);', '(paths.bars    = bars);', '(paths.spline  = monotoneCubic);', 'uPlot.fmtNum = fmtNum;', 'uPlot.rangeLog = rangeLog;',
  'uPlot.rangeAsinh = rangeAsinh;', 'uPlot.orient   = orient;', 'uPlot.fmtDate = fmtDate;', 'uPlot.tzDate  = tzDate;', 'uPlot.addGap = addGap;', 'uPlot.clipGaps = clipGaps;',
];

export function lean(): Plugin {
  return {
    name: 'lean',
    apply: 'build',
    transform(code, id) {
      if (!id.endsWith('/uPlot.esm.js')) return undefined;
      for (const line of NOT_ASKED) {
        if (code.split(line).length !== 2) this.error(`uPlot has changed: "${line}" is not there once`);
        code = code.replace(line, '');
      }
      return { code, map: null };
    },
  };
}
