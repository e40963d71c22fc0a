#include "daemon/net/lane.hpp"
