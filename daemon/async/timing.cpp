#include "daemon/async/timing.hpp"
