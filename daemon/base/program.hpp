#pragma once
// Asking another program of this machine.
#include <string>
#include <vector>

#include "daemon/base/clock.hpp"

namespace paperboy {

// Runs a program, without a shell, and gives what it wrote to its standard output. argv[0] is a path, or is looked for
// in $PATH; standard input is empty, standard error is this program's. Blocks.
//
// Throws Error, whose text is a predicate ("ended with status 2") and holds neither arguments nor output: it cannot be
// started; ended in another way than with status 0; has not ended and closed its output after `limit`, or has written
// more than 64 KiB (both: killed, with what it started in its process group).
std::string output_of(const std::vector<std::string>& argv, Duration limit);

}  // namespace paperboy
