#include "daemon/cli/main.hpp"

int main(int argc, char** argv) {
  return paperboy::cli::main(argc, argv);
}
