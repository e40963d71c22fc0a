#include "daemon/base/log.hpp"
