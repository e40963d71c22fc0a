#include "daemon/paper/schedule.hpp"
