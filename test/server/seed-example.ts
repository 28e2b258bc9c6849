/** The tree that the slides on state persistence over kexec show. */
export const SEED_EXAMPLE = `ftrace {
    compatible = "ftrace-v1";
    events = < 1 1 2 2 3 3 >;

    global-trace {
        compatible = "ftrace,array-v1";
        trace-flags = < 0x3354601 >;

        cpu0 {
            compatible = "ftrace,cpu-v1";
            cpu = < 0x00 >;
            mem = < 0x101000000 0x38
                    0x101000100 0x1000
                    0x101000038 0x38
                    0x101002000 0x1000 >;
        };
    };
};
`;
