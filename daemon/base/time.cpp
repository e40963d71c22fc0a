#include "daemon/base/time.hpp"
