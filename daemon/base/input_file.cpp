#include "daemon/base/input_file.hpp"
