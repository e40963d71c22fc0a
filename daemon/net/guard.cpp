#include "daemon/net/guard.hpp"
