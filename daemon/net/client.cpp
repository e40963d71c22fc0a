#include "daemon/net/client.hpp"
