#include "daemon/cli/main.hpp"

namespace paperboy::cli {
int main(int, char**) { return 0; }
}  // namespace paperboy::cli
