#pragma once
// The command line: paperboy VERB ...

namespace paperboy::cli {

// Parses the arguments, runs the verb, reports failures on stderr. Returns the exit status: 0 done, 1 failed, 2 usage,
// 78 settings (sysexits.h EX_CONFIG).
int main(int argc, char** argv);

}  // namespace paperboy::cli
