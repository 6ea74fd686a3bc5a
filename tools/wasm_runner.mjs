// Runs one program in a WebAssembly build of MicroPython. Called by runtimes.py with one argument,
// a JSON file: {module, heapsize, pystack, files: [[host path, path inside]], path, argv, program,
// device}.
//
// A program is cut at lines that start with "# %%" and run cell by cell: the newer builds collect
// garbage only between two calls from JavaScript, so a program that measures its heap calls
// gc.collect() at the end of one cell and reads gc.mem_alloc() in the next.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const job = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const { loadMicroPython } = await import(pathToFileURL(job.module));
const print = (stream) => (line) => stream.write(line + "\n");
const mp = await loadMicroPython({
    heapsize: job.heapsize,
    pystack: job.pystack,
    url: path.join(path.dirname(job.module), "micropython.wasm"),
    stdout: print(process.stdout),
    stderr: print(process.stderr),
});

// The pseudo-terminal, for programs that import `device_`: bytes go in and out as hex digits, and
// what is not there, or does not fit, is not waited for.
function device(name) {
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = fs.constants;
    const fd = fs.openSync(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
    const unlessBusy = (act, otherwise) => {
        try {
            return act();
        } catch (error) {
            if (error.code !== "EAGAIN") throw error;
            return otherwise;
        }
    };
    const buffer = Buffer.alloc(4096);
    return {
        read: (n) => unlessBusy(() => buffer.toString("hex", 0, fs.readSync(fd, buffer, 0, n)), ""),
        write: (hex) => unlessBusy(() => fs.writeSync(fd, Buffer.from(hex, "hex")), 0),
        ticks: () => Math.floor(performance.now()) & 0x1fffffff,
    };
}
if (job.device) mp.registerJsModule("device_", device(job.device));

for (const [from, to] of job.files) {
    mp.FS.mkdirTree(path.posix.dirname(to));
    mp.FS.writeFile(to, fs.readFileSync(from));
}
const quoted = (list) => list.map((text) => JSON.stringify(text)).join(", ");
mp.runPython(`import sys\nsys.path[:] = [${quoted(job.path)}]\nsys.argv[:] = [${quoted(job.argv)}]`);

function exitStatus(error) {
    const last = error.message.trim().split("\n").pop();
    const exit = /^SystemExit(?:: ?(.*))?$/.exec(last);
    if (!exit) return [1, error.message];
    const value = exit[1] ?? "";
    if (value === "" || value === "None") return [0, ""];
    return /^\d+$/.test(value) ? [Number(value), ""] : [1, value];
}

try {
    for (const cell of job.program.split(/^(?=# %%)/m)) mp.runPython(cell);
} catch (error) {
    if (error.message === undefined) throw error;
    const [status, text] = exitStatus(error);
    if (text) process.stderr.write(text.trimEnd() + "\n");
    process.exitCode = status;
}
for (const [buffer, stream] of [["_stdoutBuffer", process.stdout], ["_stderrBuffer", process.stderr]]) {
    stream.write(new Uint8Array(mp._module[buffer] ?? []));
}
