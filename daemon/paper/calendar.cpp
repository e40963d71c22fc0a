#include "daemon/paper/calendar.hpp"
