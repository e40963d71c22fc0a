#include "daemon/async/worker.hpp"
